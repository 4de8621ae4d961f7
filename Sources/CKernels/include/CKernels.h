int orrery_ckernels_empty(void);
