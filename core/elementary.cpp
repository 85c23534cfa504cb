#include "core/elementary.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

namespace rheobase::elementary {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

// ln 2; the high part has 32 bits, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// Adding it rounds to the nearest integer, which the low bits then hold.
constexpr double kRoundToInteger = 0x1.8p52;

/// high + low, low below the last digit of high.
struct TwoDoubles {
  double high, low;
};

/// a + b for |a| >= |b|, exactly.
constexpr TwoDoubles ordered_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a + b, exactly (Knuth).
constexpr TwoDoubles exact_sum(double a, double b) {
  const double sum = a + b;
  const double of_b = sum - a;
  return {sum, (a - (sum - of_b)) + (b - of_b)};
}

/// x in two halves of 26 bits (Dekker).
constexpr TwoDoubles halves(double x) {
  const double high = x * 0x1.000002p27 - (x * 0x1.000002p27 - x);
  return {high, x - high};
}

/// The leading 26 bits of x.
inline double leading_half(double x) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & ~std::uint64_t{0x07ffffff});
}

/// a b, exactly (Dekker).
constexpr TwoDoubles exact_product(double a, double b) {
  const double product = a * b;
  const auto [a1, a2] = halves(a);
  const auto [b1, b2] = halves(b);
  return {product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

constexpr TwoDoubles product(const TwoDoubles& a, const TwoDoubles& b) {
  const TwoDoubles leading = exact_product(a.high, b.high);
  return ordered_sum(leading.high, leading.low + (a.high * b.low + a.low * b.high));
}

constexpr std::size_t kPowers = 128;

/// 2^(i / 128) to 100 bits.
constexpr std::array<TwoDoubles, kPowers> kPower = [] {
  constexpr TwoDoubles exponent{0x1.62e42fefa39efp-8, 0x1.abc9e3b39803fp-63};  // ln 2 / 128
  TwoDoubles root{1.0, 0.0};
  for (int n = 15; n > 0; --n) {
    // 1 + x / n (1 + x / (n + 1) (...)); the quotient is corrected once.
    const TwoDoubles numerator = product(exponent, root);
    const double quotient = numerator.high / n;
    const TwoDoubles back = exact_product(quotient, n);
    const double rest = ((numerator.high - back.high) - back.low + numerator.low) / n;
    const TwoDoubles sum = ordered_sum(1.0, quotient);
    root = ordered_sum(sum.high, sum.low + rest);
  }
  std::array<TwoDoubles, kPowers> powers{};
  powers[0] = {1.0, 0.0};
  for (std::size_t i = 1; i < kPowers; ++i) {
    powers[i] = product(powers[i - 1], root);
  }
  return powers;
}();

/// e^x = 2^exponent power (1 + growth), |growth| < 0.0028; for |x| < 2^15.
struct SplitExponential {
  TwoDoubles power;
  double growth;
  std::int64_t exponent;
};

inline SplitExponential split_exponential(double x) {
  constexpr double steps = static_cast<double>(kPowers);
  const double shifted = x * (steps * 1.4426950408889634) + kRoundToInteger;
  const double n = shifted - kRoundToInteger;
  const double r = (x - n * (kLn2High / steps)) - n * (kLn2Low / steps);
  // Taylor series: r^6 / 720 is below 6e-19.
  const double square = r * r;
  const double growth =
      r + square * ((1.0 / 2 + r * (1.0 / 6)) + square * (1.0 / 24 + r * (1.0 / 120)));
  const auto whole = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(shifted) << 13) >> 13;
  return {kPower[static_cast<std::size_t>(whole) % kPowers], growth, whole >> 7};
}

/// 2^n for a normal result.
inline double power_of_two(std::int64_t n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

/// e^x where it or 2^exponent may leave the normal numbers.
double exp_at_ends(double x) {
  if (std::isnan(x)) {
    return x;
  }
  if (x > 710.0) {
    return kInfinite;
  }
  if (x < -746.0) {
    return 0.0;
  }
  const auto [power, growth, exponent] = split_exponential(x);
  const double value = power.high + (power.low + power.high * growth);
  const std::int64_t half = exponent / 2;
  return value * power_of_two(half) * power_of_two(exponent - half);
}

/// ln(1 + f) - f + f^2 / 2 - s f^2 / 2 = s (2 atanh(s) / s - 2), s = f / (2 + f), |s| < 0.172.
inline double logarithm_tail(double s) {
  const double z = s * s;
  const double z2 = z * z;
  const double z4 = z2 * z2;
  // Taylor series: what is left out is below 3e-19.
  const double low = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
  const double middle = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
  const double high = 2.0 / 19 + z * (2.0 / 21);
  return z * (low + z4 * (middle + z4 * high));
}

/// ln(2^exponent (1 + f)) + correction, 1 + f between sqrt(1/2) and sqrt(2).
inline double logarithm(double exponent, double f, double correction) {
  const double s = f / (2.0 + f);
  const double half_square = 0.5 * f * f;
  const double small = s * (half_square + logarithm_tail(s)) + (exponent * kLn2Low + correction);
  return exponent * kLn2High - ((half_square - small) - f);
}

/// x = 2^exponent (1 + f), 1 + f between sqrt(1/2) and sqrt(2), x > 0 and normal.
struct SplitNumber {
  double exponent, f;
};

inline SplitNumber split_number(double x) {
  // Subtracting the bits of sqrt(1/2) puts 1 + f into that range.
  constexpr std::uint64_t root = 0x3fe6a09e667f3bcdU;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) - root;
  const auto exponent = static_cast<double>(static_cast<std::int64_t>(bits) >> 52);
  return {exponent, std::bit_cast<double>((bits & 0x000fffffffffffffU) + root) - 1.0};
}

/// sin and cos of x.high + x.low, |x| <= pi / 4.
inline SineCosine within_quarter(const TwoDoubles& angle) {
  const auto [x, low] = angle;
  const double z = x * x;
  const double z2 = z * z;
  const double z4 = z2 * z2;
  // Taylor series: what is left out is below 1e-19.
  const double sine_tail =
      ((-1.0 / 6 + z * (1.0 / 120)) + z2 * (-1.0 / 5040 + z * (1.0 / 362880))) +
      z4 * ((-1.0 / 39916800 + z * (1.0 / 6227020800.0)) +
            z2 * (-1.0 / 1307674368000.0 + z * (1.0 / 355687428096000.0)));
  const double cosine_tail =
      ((1.0 / 24 - z * (1.0 / 720)) + z2 * (1.0 / 40320 - z * (1.0 / 3628800))) +
      z4 * ((1.0 / 479001600 - z * (1.0 / 87178291200.0)) +
            z2 * (1.0 / 20922789888000.0 - z * (1.0 / 6402373705728000.0)));
  const double half_square = 0.5 * z;
  const double above = 1.0 - half_square;
  return {x + (x * z * sine_tail + low * above),
          above + (((1.0 - above) - half_square) + (z2 * cosine_tail - x * low))};
}

/// sin and cos of an angle after a number of quarter turns, that in the low bits of `quarters`.
inline SineCosine in_quarter(const TwoDoubles& angle, double quarters) {
  const auto [sine, cosine] = within_quarter(angle);
  // Without branches: what quarter it is cannot be foreseen.
  const auto quarter = std::bit_cast<std::uint64_t>(quarters);
  const std::uint64_t odd = 0U - (quarter & 1U);
  const auto s = std::bit_cast<std::uint64_t>(sine);
  const auto c = std::bit_cast<std::uint64_t>(cosine);
  const std::uint64_t swapped = (s ^ c) & odd;
  return {std::bit_cast<double>(s ^ swapped ^ ((quarter & 2U) << 62)),
          std::bit_cast<double>(c ^ swapped ^ (((quarter + 1U) & 2U) << 62))};
}

/// atan(k / 8).
constexpr std::array<TwoDoubles, 9> kEighthSlope{{{0.0, 0.0},
                                                  {0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59},
                                                  {0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
                                                  {0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56},
                                                  {0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
                                                  {0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58},
                                                  {0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
                                                  {0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56},
                                                  {0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55}}};

/// atan(t) - t for |t| <= 1 / 16.
inline double arctangent_tail(double t) {
  // Taylor series: t^15 / 15 is below 2e-18 t.
  const double z = t * t;
  return t * z *
         (-1.0 / 3 +
          z * (1.0 / 5 + z * (-1.0 / 7 + z * (1.0 / 9 + z * (-1.0 / 11 + z * (1.0 / 13))))));
}

constexpr double kLargestOfExp = 709.0;

/// e^x / 2 where e^x may be beyond the largest number and its half is not.
double half_exp(double x) {
  const double root = exp(0.5 * x);
  return 0.5 * root * root;
}

}  // namespace

double exp(double x) {
  if (!(std::abs(x) < 708.0)) {
    return exp_at_ends(x);
  }
  const auto [power, growth, exponent] = split_exponential(x);
  return (power.high + (power.low + power.high * growth)) * power_of_two(exponent);
}

double expm1(double x) {
  if (x == 0.0) {
    return x;  // -0 stays -0
  }
  if (std::abs(x) < 0.125) {
    // Taylor series: x^12 / 12! is below 3e-19 x.
    const double x2 = x * x;
    const double x4 = x2 * x2;
    const double low = (1.0 / 2 + x * (1.0 / 6)) + x2 * (1.0 / 24 + x * (1.0 / 120));
    const double middle = (1.0 / 720 + x * (1.0 / 5040)) + x2 * (1.0 / 40320 + x * (1.0 / 362880));
    const double high = 1.0 / 3628800 + x * (1.0 / 39916800);
    return x + x2 * (low + x4 * (middle + x4 * high));
  }
  if (!(x < 50.0)) {
    return exp(x);
  }
  if (x < -40.0) {
    return -1.0;
  }
  const auto [power, growth, exponent] = split_exponential(x);
  const double scale = power_of_two(exponent);
  const double high = power.high * scale;
  const TwoDoubles less_one = exact_sum(high, -1.0);
  return less_one.high + (less_one.low + (power.low * scale + high * growth));
}

double log(double x) {
  if (!(x >= std::numeric_limits<double>::min() && x < kInfinite)) {
    if (x > 0.0 && x < kInfinite) {
      const SplitNumber split = split_number(x * 0x1p54);  // x is subnormal
      return logarithm(split.exponent - 54.0, split.f, 0.0);
    }
    return x == 0.0 ? -kInfinite : x < 0.0 ? kNotANumber : x;
  }
  const SplitNumber split = split_number(x);
  return logarithm(split.exponent, split.f, 0.0);
}

double log1p(double x) {
  if (x == 0.0) {
    return x;
  }
  if (x > -0.29 && x < 0.41) {
    return logarithm(0.0, x, 0.0);
  }
  if (!(x > -1.0 && x < kInfinite)) {
    return x == -1.0 ? -kInfinite : x < -1.0 ? kNotANumber : x;
  }
  const TwoDoubles sum = exact_sum(x, 1.0);
  const SplitNumber split = split_number(sum.high);
  return logarithm(split.exponent, split.f, sum.low / sum.high);
}

double sinh(double x) {
  if (std::abs(x) > kLargestOfExp) {
    return std::copysign(half_exp(std::abs(x)), x);
  }
  return 0.5 * (expm1(x) - expm1(-x));
}

double cosh(double x) {
  return std::abs(x) > kLargestOfExp ? half_exp(std::abs(x)) : 0.5 * (exp(x) + exp(-x));
}

double tanh(double x) {
  const double grown = expm1(std::min(2.0 * std::abs(x), 44.0));
  return std::copysign(grown / (grown + 2.0), x);
}

SineCosine sine_cosine(double x) {
  if (x == 0.0) {
    return {x, 1.0};
  }
  if (!(std::abs(x) <= 1e6)) {
    return {std::sin(x), std::cos(x)};
  }
  // pi / 2 in parts of 32 bits, whose products with the number of quarters are exact.
  constexpr double first = 0x1.921fb544p+0;
  constexpr double second = 0x1.0b4611a6p-34;
  constexpr TwoDoubles third{0x1.3198a2e037073p-69, 0x1.129024e088a68p-123};
  const double shifted = x * (2.0 / std::numbers::pi) + kRoundToInteger;
  const double n = shifted - kRoundToInteger;
  const TwoDoubles rest = exact_sum(x - n * first, -n * second);
  const TwoDoubles more = exact_product(n, third.high);
  const TwoDoubles angle = exact_sum(rest.high, -more.high);
  return in_quarter(ordered_sum(angle.high, angle.low + (rest.low - (more.low + n * third.low))),
                    shifted);
}

SineCosine sine_cosine_of_turns(double t) {
  if (t == 0.0) {
    return {t, 1.0};
  }
  if (!(std::abs(t) < 0x1p49)) {
    t = std::fmod(t, 1.0);
  }
  // 2 pi; the high part has 26 bits.
  constexpr TwoDoubles turn{0x1.921fb54p+2, 0x1.10b4611a62633p-28};
  const double shifted = 4.0 * t + kRoundToInteger;
  // Within an eighth of a turn of a quarter, exactly.
  const double rest = t - 0.25 * (shifted - kRoundToInteger);
  const double rest_high = leading_half(rest);
  return in_quarter(
      ordered_sum(rest_high * turn.high, (rest - rest_high) * turn.high + rest * turn.low),
      shifted);
}

double angle(double x, double y) {
  const double along = std::abs(x);
  const double across = std::abs(y);
  const bool steep = across > along;
  const double slope = steep ? along / across : across / along;
  if (!(slope <= 1.0)) {
    const double of_axis = std::signbit(x) ? std::numbers::pi : 0.0;
    return along == 0.0 && across == 0.0 ? std::copysign(of_axis, y) : kNotANumber;
  }
  const auto eighths = static_cast<std::size_t>(8.0 * slope + 0.5);
  const double near = 0.125 * static_cast<double>(eighths);
  const double t = (slope - near) / (1.0 + slope * near);
  const auto [high, low] = kEighthSlope[eighths];
  // Of the nearest axis, to which the rest is added or from which it is taken.
  constexpr TwoDoubles right_angle{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
  const double right_angles = steep ? 1.0 : x < 0.0 ? 2.0 : 0.0;
  const double way = steep == (x < 0.0) ? 1.0 : -1.0;
  const TwoDoubles leading = exact_sum(right_angles * right_angle.high, way * high);
  const double rest = right_angles * right_angle.low + way * (low + arctangent_tail(t) + t);
  return std::copysign(leading.high + (leading.low + rest), y);
}

}  // namespace rheobase::elementary
