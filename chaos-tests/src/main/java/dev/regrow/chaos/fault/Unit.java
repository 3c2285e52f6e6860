package dev.regrow.chaos.fault;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** What a number of a fault counts, and how it is written. */
public enum Unit {
  /** A time in milliseconds: {@code 250ms}, {@code 10s}, {@code 1m30s}; may be negative. */
  MILLIS("a duration as 250ms, 10s or 2m") {
    @Override
    public String write(long value) {
      if (value < 0) {
        return "-" + write(-value);
      }
      var text = new StringBuilder();
      long rest = value;
      for (int i = 0; i < SPANS.length; i++) {
        if (rest >= SPANS[i]) {
          text.append(rest / SPANS[i]).append(SPAN_NAMES[i]);
          rest %= SPANS[i];
        }
      }
      return text.isEmpty() ? "0s" : text.toString();
    }

    @Override
    OptionalLong parse(String text) {
      boolean negative = text.startsWith("-");
      var parts = TIME.matcher(negative ? text.substring(1) : text);
      if (text.length() < 2 || !parts.matches()) {
        return OptionalLong.empty();
      }
      var sum = BigDecimal.ZERO;
      for (int i = 0; i < SPANS.length; i++) {
        if (parts.group(i + 1) != null) {
          sum = sum.add(new BigDecimal(parts.group(i + 1)).multiply(BigDecimal.valueOf(SPANS[i])));
        }
      }
      return OptionalLong.of((negative ? sum.negate() : sum).longValueExact());
    }
  },

  /** A share in per cent: {@code 5%}. */
  PERCENT("a share as 5%") {
    @Override
    public String write(long value) {
      return value + "%";
    }

    @Override
    OptionalLong parse(String text) {
      return text.matches("[0-9]{1,3}%")
          ? OptionalLong.of(Long.parseLong(text.substring(0, text.length() - 1)))
          : OptionalLong.empty();
    }
  },

  /** A size in bytes: {@code 64Ki}, {@code 256Mi}. */
  BYTES("a size as 64Ki or 256Mi") {
    @Override
    public String write(long value) {
      if (value > 0 && value % (1 << 20) == 0) {
        return (value >> 20) + "Mi";
      }
      return value > 0 && value % (1 << 10) == 0 ? (value >> 10) + "Ki" : Long.toString(value);
    }

    @Override
    OptionalLong parse(String text) {
      var parts = SIZE.matcher(text);
      if (!parts.matches()) {
        return OptionalLong.empty();
      }
      if (parts.group(1) != null) {
        return OptionalLong.of(Long.parseLong(parts.group(1)));
      }
      int power =
          switch (parts.group(3)) {
            case "Ki" -> 10;
            case "Mi" -> 20;
            default -> 30;
          };
      return OptionalLong.of(Long.parseLong(parts.group(2)) << power);
    }
  },

  /** How many: {@code 32}. */
  COUNT("a whole number") {
    @Override
    public String write(long value) {
      return Long.toString(value);
    }

    @Override
    OptionalLong parse(String text) {
      return text.matches("-?[0-9]{1,18}")
          ? OptionalLong.of(Long.parseLong(text))
          : OptionalLong.empty();
    }
  };

  private static final long[] SPANS = {3_600_000, 60_000, 1000, 1};
  private static final String[] SPAN_NAMES = {"h", "m", "s", "ms"};
  private static final Pattern TIME =
      Pattern.compile(
          "(?:([0-9]{1,6})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9}(?:\\.[0-9]{1,3})?)s)?(?:([0-9]{1,12})ms)?");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})|([0-9]{1,9})(Ki|Mi|Gi)");

  private final String wanted;

  Unit(String wanted) {
    this.wanted = wanted;
  }

  /** Its one canonical text, which reads back as the same number. */
  public abstract String write(long value);

  abstract OptionalLong parse(String text);

  /** The number that a text stands for; empty if it stands for none. */
  public OptionalLong read(String text) {
    return parse(text.strip());
  }

  /** What to write, for an error. */
  public String wanted() {
    return wanted;
  }
}
