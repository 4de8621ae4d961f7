// The target is its headers; a target needs a source.
#include "orrery_ascii.h"
#include "orrery_prefetch.h"
