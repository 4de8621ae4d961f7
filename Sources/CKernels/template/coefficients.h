// Written by scripts/generate/fit_polynomials.py.
// exp: relative error 4.39e-09 on half an octave
#define EXP_2 4.999999404e-01f
#define EXP_3 1.666651964e-01f
#define EXP_4 4.166839272e-02f
#define EXP_5 8.368780836e-03f
#define EXP_6 1.381446724e-03f
// erf: absolute error 2.98e-08 on [-4, 4]
#define ERF_DEGREE 16
static const float erf_coefficients[ERF_DEGREE + 1] = {
    3.535310030e-01f,
    -1.765761971e-01f,
    1.316752136e-01f,
    -1.077124625e-01f,
    9.020707011e-02f,
    -7.469811291e-02f,
    5.989919603e-02f,
    -4.595973715e-02f,
    3.303430229e-02f,
    -2.180586010e-02f,
    1.432468370e-02f,
    -9.885810316e-03f,
    5.054505542e-03f,
    -1.218324876e-03f,
    9.565399378e-04f,
    -1.333070686e-03f,
    5.070632906e-04f,
};
