#include "CKernels.h"
int orrery_ckernels_empty(void) { return 0; }
