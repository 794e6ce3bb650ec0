/* Two networks as one would write them by hand: weights as castnet stores them, one column for each input. */
#include <stddef.h>

#define DENSE(IN, OUT) struct { float weight[IN][OUT], bias[OUT]; }

static void dense(const float *weight, const float *bias, const float *x, float *y, size_t inputs, size_t units, int relu)
{
    for (size_t unit = 0; unit < units; unit++) {
        float sum = bias[unit];
        for (size_t input = 0; input < inputs; input++)
            sum += weight[input * units + unit] * x[input];
        y[unit] = relu && sum < 0.0f ? 0.0f : sum;
    }
}

#ifdef HOUSE
struct network { DENSE(13, 10) dense_1; DENSE(10, 10) dense_2; DENSE(10, 1) dense_3; };

float HOUSE(const struct network *net, const float *x)
{
    float a[10], b[10], y[1];
    dense(&net->dense_1.weight[0][0], net->dense_1.bias, x, a, 13, 10, 1);
    dense(&net->dense_2.weight[0][0], net->dense_2.bias, a, b, 10, 10, 1);
    dense(&net->dense_3.weight[0][0], net->dense_3.bias, b, y, 10, 1, 0);
    return y[0];
}
#endif

#ifdef SINE
struct network { DENSE(1, 16) dense_1; DENSE(16, 16) dense_2; DENSE(16, 1) dense_3; };

float SINE(const struct network *net, const float *x)
{
    float a[16], b[16], y[1];
    dense(&net->dense_1.weight[0][0], net->dense_1.bias, x, a, 1, 16, 1);
    dense(&net->dense_2.weight[0][0], net->dense_2.bias, a, b, 16, 16, 1);
    dense(&net->dense_3.weight[0][0], net->dense_3.bias, b, y, 16, 1, 0);
    return y[0];
}
#endif
