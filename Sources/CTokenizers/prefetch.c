// The target is its header; a target needs a source.
#include "orrery_prefetch.h"
