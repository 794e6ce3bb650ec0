/* The network 13-10-10-1 as one would write it by hand: weights as castnet stores them, one column for each input. */
#include <stddef.h>

struct dense_13_10 { float weight[13][10], bias[10]; };
struct dense_10_10 { float weight[10][10], bias[10]; };
struct dense_10_1 { float weight[10][1], bias[1]; };
struct house { struct dense_13_10 dense_1; struct dense_10_10 dense_2; struct dense_10_1 dense_3; };

static void dense(const float *weight, const float *bias, const float *x, float *y, size_t inputs, size_t units, int relu)
{
    for (size_t unit = 0; unit < units; unit++) {
        float sum = bias[unit];
        for (size_t input = 0; input < inputs; input++)
            sum += weight[input * units + unit] * x[input];
        y[unit] = relu && sum < 0.0f ? 0.0f : sum;
    }
}

float NAME(const struct house *net, const float *x)
{
    float a[10], b[10], y[1];
    dense(&net->dense_1.weight[0][0], net->dense_1.bias, x, a, 13, 10, 1);
    dense(&net->dense_2.weight[0][0], net->dense_2.bias, a, b, 10, 10, 1);
    dense(&net->dense_3.weight[0][0], net->dense_3.bias, b, y, 10, 1, 0);
    return y[0];
}
