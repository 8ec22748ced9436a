#include <array>

#include "tests/tree/banned_names.hpp"

namespace lightcone::tests::tree {

namespace {

constexpr std::string_view all = "sim models faults scenarios reports";

constexpr std::string_view hash_order = "its order differs between standard libraries";
constexpr std::string_view ordered = "use std::map or std::set, or a sorted vector";
constexpr std::string_view chance = "its draws differ between standard libraries, or are not ours to repeat";
constexpr std::string_view streams = "draw from a named stream of the run";
constexpr std::string_view real_time = "a run must not see real time";
constexpr std::string_view clocks = "use the node's clock (Env) or the simulation's instants";
constexpr std::string_view outside = "a run must not depend on where it runs";
constexpr std::string_view parameter = "take it as a parameter; tools/ reads the outside world";
constexpr std::string_view thread = "one thread owns a run";
constexpr std::string_view events = "schedule events; parallel runs are made in tools/";
constexpr std::string_view io = "this layer does no input or output";
constexpr std::string_view text =
    "text in, text out: take a std::string_view, return a std::string; tools/ reads and writes";
constexpr std::string_view libm = "libraries round differently";
constexpr std::string_view integers = "use integers, exact ratios or the fixed-point samplers";
constexpr std::string_view errors = "this layer must work where exceptions are turned off";
constexpr std::string_view values = "return the error as a value; for a defect of our own use sim::ensure";

constexpr std::array list = {
    Ban{"<unordered_map>", all, hash_order, ordered},
    Ban{"<unordered_set>", all, hash_order, ordered},
    Ban{"<boost/unordered*", all, hash_order, ordered},
    Ban{"unordered_map", all, hash_order, ordered},
    Ban{"unordered_set", all, hash_order, ordered},
    Ban{"unordered_multi*", all, hash_order, ordered},
    Ban{"unordered_flat_*", all, hash_order, ordered},
    Ban{"unordered_node_*", all, hash_order, ordered},
    Ban{"std :: hash", all, "its values differ between standard libraries",
        "hash the content with the hash of sim/"},
    Ban{"std :: stable_*", all, "clang refuses what libstdc++ 12 builds it on", "use sim::stable_sort"},

    Ban{"<random>", all, chance, streams},
    Ban{"std :: shuffle", all, chance, streams},
    Ban{"std :: sample", all, chance, streams},
    Ban{"random_shuffle", all, chance, streams},
    Ban{"random_device", all, chance, streams},
    Ban{"rand (", all, chance, streams},
    Ban{"srand (", all, chance, streams},
    Ban{"drand48 (", all, chance, streams},

    Ban{"system_clock", all, real_time, clocks},
    Ban{"steady_clock", all, real_time, clocks},
    Ban{"high_resolution_clock", all, real_time, clocks},
    Ban{"<ctime>", all, real_time, clocks},
    Ban{"time ( nullptr", all, real_time, clocks},
    Ban{"time ( NULL", all, real_time, clocks},
    Ban{"time ( 0", all, real_time, clocks},
    Ban{"time ( &", all, real_time, clocks},
    Ban{"std :: time", all, real_time, clocks},
    Ban{"std :: clock", all, real_time, clocks},
    Ban{"clock_gettime (", all, real_time, clocks},
    Ban{"gettimeofday (", all, real_time, clocks},

    Ban{"getenv (", all, outside, parameter},
    Ban{"<locale>", all, outside, parameter},
    Ban{"setlocale (", all, outside, parameter},
    Ban{"system (", all, outside, parameter},

    Ban{"<thread>", all, thread, events},
    Ban{"<mutex>", all, thread, events},
    Ban{"<shared_mutex>", all, thread, events},
    Ban{"<condition_variable>", all, thread, events},
    Ban{"<future>", all, thread, events},
    Ban{"<atomic>", all, thread, events},
    Ban{"std :: thread", all, thread, events},
    Ban{"std :: jthread", all, thread, events},
    Ban{"std :: mutex", all, thread, events},
    Ban{"std :: async", all, thread, events},
    Ban{"std :: atomic*", all, thread, events},
    Ban{"this_thread", all, thread, events},

    Ban{"<iostream>", all, io, text},
    Ban{"<fstream>", all, io, text},
    Ban{"<filesystem>", all, io, text},
    Ban{"<cstdio>", all, io, text},
    Ban{"std :: cout", all, io, text},
    Ban{"std :: cerr", all, io, text},
    Ban{"std :: clog", all, io, text},
    Ban{"std :: cin", all, io, text},
    Ban{"fmt :: print", all, io, text},
    Ban{"printf (", all, io, text},
    Ban{"fprintf (", all, io, text},
    Ban{"puts (", all, io, text},
    Ban{"fputs (", all, io, text},
    Ban{"fopen (", all, io, text},

    Ban{"<cmath>", all, libm, integers},
    Ban{"<numbers>", "sim models faults", libm, integers},
    Ban{"<complex>", all, libm, integers},

    Ban{"throw", all, errors, values},
    Ban{"try", all, errors, values},
    Ban{"catch", all, errors, values},
};

}  // namespace

std::span<const Ban> bans() { return list; }

}  // namespace lightcone::tests::tree
