# Toolchain: clang 19 for WebAssembly, with wasi-libc and libc++ as Debian's packages have them (`tools/setup wasm`).
set(CMAKE_SYSTEM_NAME Generic)  # CMake does not know WASI
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_AR ar)  # of any machine: it cannot list what is in the objects, and lld does not need the list
set(CMAKE_RANLIB ranlib)

set(CMAKE_CXX_FLAGS_INIT "-stdlib=libc++ -fno-exceptions")
# As much stack as elsewhere, below everything else, so that too deep a call is an error and no silent damage.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-fuse-ld=lld -Wl,-z,stack-size=8388608 -Wl,--stack-first")
