#!/usr/bin/env bash
# tools/setup, with a package manager that only writes down what it is asked. Needs neither root nor network.
#   tests/setup/check.sh SCRATCH CASE
#
#   nothing-missing   is silent and asks for nothing
#   as-root           installs exactly what is missing
#   with-sudo         the same, by sudo
#   no-sudo           says what is missing, and changes nothing
#   no-network        says what is missing, and of the servers nothing
#   other-system      says what is needed elsewhere than on Debian 12
#   skipped           LIGHTCONE_SKIP_SETUP=1 asks for nothing, on any system
#   groups            each group is a superset of run, and unknown ones are refused
set -euo pipefail

scratch=$1/$2
case=$2
setup=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/tools/setup
rm -rf "$scratch"
mkdir -p "$scratch/bin"
cd "$scratch"

# The only programs on this machine; npm and node are not among them.
for program in bash cat env mktemp rm sed sort tr; do ln -s "$(command -v "$program")" bin/; done
write_program() { cat >"bin/$1" && chmod +x "bin/$1"; }
write_program dpkg-query <<'PROGRAM'
#!/usr/bin/env bash
status=0
for argument; do
  case $argument in
    -*) ;;
    *' '* | *'$'*) ;;
    *) if [[ " $(tr '\n' ' ' <"$STUB/installed") " == *" $argument "* ]]; then echo "ii $argument"; else status=1; fi ;;
  esac
done
exit "$status"
PROGRAM
write_program apt-get <<'PROGRAM'
#!/usr/bin/env bash
echo "$*" >>"$STUB/asked"
[ -e "$STUB/network" ] && exit 0
echo "Err:1 http://packages.example.org/debian bookworm/main" >&2
echo "E: Failed to fetch http://packages.example.org/debian/pool/x.deb  Could not resolve 'packages.example.org'" >&2
exit 100
PROGRAM
write_program id <<'PROGRAM'
#!/usr/bin/env bash
cat "$STUB/user"
PROGRAM
echo 0 >user
touch network installed asked
printf 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' >system

# run ARGUMENT...: tools/setup on that machine; `status` and the file `said` have what came of it.
run() {
  status=0
  env -i PATH="$scratch/bin" STUB="$scratch" LIGHTCONE_OS_RELEASE="$scratch/system" ${skip:+LIGHTCONE_SKIP_SETUP=1} \
    bash "$setup" "$@" >said 2>&1 </dev/null || status=$?
}
fail() { echo "$case: $1"; echo "-- said:"; cat said; echo "-- asked of apt-get:"; cat asked; exit 1; }
ends_with() { [ "$status" -eq "$1" ] || fail "the exit status is $status, not $1"; }
says() { grep -qF -e "$1" said || fail "it does not say: $1"; }
says_not() { ! grep -qF -e "$1" said || fail "it says: $1"; }
asks_nothing() { [ ! -s asked ] || fail "it asked apt-get"; }
# What the last call of apt-get was to install, one a line.
installs() { tail -1 asked | sed 's/.* -y //' | tr ' ' '\n'; }
# Every package of some groups is there.
install_all() { skip='' run "$@"; installs >>installed; : >asked; }
skip=

case $case in
  nothing-missing)
    install_all run
    run
    ends_with 0
    asks_nothing
    [ ! -s said ] || fail "it is not silent"
    ;;
  as-root)
    install_all run
    sed -i '/^ninja-build$/d; /^libfmt-dev$/d' installed
    run
    ends_with 0
    [ "$(installs | tr '\n' ' ')" = "libfmt-dev ninja-build " ] || fail "it does not install what is missing alone"
    head -1 asked | grep -q update || fail "it does not look for new lists first"
    ;;
  with-sudo)
    echo 1000 >user
    write_program sudo <<'PROGRAM'
#!/usr/bin/env bash
echo "sudo" >>"$STUB/asked"
exec "$@"
PROGRAM
    run
    ends_with 0
    [ "$(grep -c '^sudo$' asked)" -eq "$(grep -vc '^sudo$' asked)" ] || fail "apt-get is not always run by sudo"
    installs | grep -qx ninja-build || fail "nothing is installed"
    ;;
  no-sudo)
    echo 1000 >user
    run
    ends_with 1
    asks_nothing
    says "installing needs root or sudo"
    says "  ninja-build"
    says "LIGHTCONE_SKIP_SETUP=1"
    ;;
  no-network)
    install_all run
    sed -i '/^ninja-build$/d' installed
    rm network
    run
    ends_with 1
    says "could not install what is missing"
    says "  ninja-build"
    says "E: Failed to fetch (a package server)"
    says_not "example.org"
    says_not "  libfmt-dev"
    ;;
  other-system)
    printf 'ID=other\nVERSION_ID="9"\nPRETTY_NAME="Other 9"\n' >system
    run
    ends_with 1
    asks_nothing
    says "this is Other 9, not Debian 12."
    says "  ninja-build"
    rm system
    run
    ends_with 1
    says "an unknown system"
    ;;
  skipped)
    rm system
    skip=yes
    run dev
    ends_with 0
    asks_nothing
    [ ! -s said ] || fail "it is not silent"
    ;;
  groups)
    run
    installs | sort >run
    for group in test wasm dev; do
      run "$group"
      ends_with 0
      installs | sort >group
      [ -z "$(comm -23 run group)" ] || fail "$group lacks what run has"
      [ -n "$(comm -13 run group)" ] || fail "$group has nothing of its own"
    done
    run test wasm
    installs | grep -qx wasi-libc || fail "the second of two groups is left out"
    run test
    ! installs | grep -qx wasi-libc || fail "test asks for WebAssembly"
    : >asked
    run everything
    ends_with 64
    asks_nothing
    says "unknown group 'everything'"
    run --help
    ends_with 0
    says "tools/setup [run|test|wasm|dev]"
    ;;
  *) echo "unknown case $case"; exit 64 ;;
esac
