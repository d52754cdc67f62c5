#include "fitters/random.h"

#include <math.h>

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void hc_random_seed(hc_random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&seed);
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

double hc_random_uniform(hc_random *r)
{
    uint64_t *s = r->s;
    uint64_t out = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return (double)(out >> 11) * 0x1p-53;
}

double hc_random_normal(hc_random *r)
{
    /* Box and Muller; the second number is left unused so that the state is
     * the generator's alone */
    double u = 1 - hc_random_uniform(r), v = hc_random_uniform(r);
    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

void hc_random_normals(hc_random *r, double pair[2])
{
    const double u = 1 - hc_random_uniform(r), v = hc_random_uniform(r);
    const double size = sqrt(-2 * log(u)), c = cos(2 * M_PI * v);
    pair[0] = size * c;
    pair[1] = copysign(size * sqrt(fmax(0, 1 - c * c)), 0.5 - v);
}

int hc_random_below(hc_random *r, int n)
{
    return (int)(hc_random_uniform(r) * n);
}

double hc_halton(int index, int dim)
{
    static const int prime[] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29,
                                31, 37, 41, 43, 47, 53, 59, 61, 67, 71};
    int base = prime[dim % 20];
    double f = 1, x = 0;
    for (int i = index; i > 0; i /= base) {
        f /= base;
        x += f * (i % base);
    }
    return x;
}
