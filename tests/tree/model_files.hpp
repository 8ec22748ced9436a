// The files that every model has, so that whoever knows one finds the way in all: README.md, messages.hpp,
// client.{hpp,cpp}, claims.{hpp,cpp}, model.cpp, and a pair .hpp/.cpp for each role, at least one. A client
// that several models share lives in models/parts/, and model.cpp includes it.
#pragma once

#include "tests/tree/source.hpp"

namespace lightcone::tests::tree {

Findings model_files(const std::vector<Source>& tree);

}  // namespace lightcone::tests::tree
