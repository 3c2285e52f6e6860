package dev.regrow.schema;

import dev.regrow.v1.Format;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers that are written with a unit: durations in milliseconds, cpu in thousandths of a core,
 * sizes in bytes, times in milliseconds since 1970 UTC. Each has one canonical text, which reads
 * back as the same number.
 */
final class Quantities {
  private static final int LONGEST = 40;
  private static final String NUMBER = "([0-9]+(?:\\.[0-9]+)?)";
  private static final Pattern DURATION =
      Pattern.compile(
          "(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:" + NUMBER + "s)?(?:([0-9]+)ms)?");
  private static final long[] DURATION_UNITS = {86_400_000, 3_600_000, 60_000, 1000, 1};
  private static final String[] DURATION_NAMES = {"d", "h", "m", "s", "ms"};
  private static final Pattern CPU = Pattern.compile(NUMBER + "(m?)");
  private static final Pattern BYTES = Pattern.compile(NUMBER + "([KMGTPE]i|[kMGTPE])?");
  private static final Map<String, Long> BYTE_UNITS = new LinkedHashMap<>();
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter().withZone(ZoneOffset.UTC);

  static {
    String[] binary = {"Ei", "Pi", "Ti", "Gi", "Mi", "Ki"};
    String[] decimal = {"E", "P", "T", "G", "M", "k"};
    for (int i = 0; i < binary.length; i++) {
      BYTE_UNITS.put(binary[i], 1L << (10 * (binary.length - i)));
    }
    long unit = 1_000_000_000_000_000_000L;
    for (String name : decimal) {
      BYTE_UNITS.put(name, unit);
      unit /= 1000;
    }
  }

  private Quantities() {}

  static boolean hasUnit(Format format) {
    return switch (format) {
      case DURATION, CPU, BYTES, TIMESTAMP -> true;
      default -> false;
    };
  }

  /** What it is called, for an error. */
  static String noun(Format format) {
    return switch (format) {
      case DURATION -> "a duration";
      case CPU -> "an amount of cpu";
      case BYTES -> "a size";
      case TIMESTAMP -> "a time";
      default -> "a whole number";
    };
  }

  /** What to write, for an error. */
  static String wanted(Format format) {
    return switch (format) {
      case DURATION -> "250ms, 10s, 2m, 1h, 1d or a sum such as 1m30s";
      case CPU -> "500m, 2 or 1.5";
      case BYTES -> "128Mi, 1Gi or a number of bytes";
      case TIMESTAMP -> "a time as 2026-01-31T12:00:00.000Z";
      default -> "a whole number";
    };
  }

  /** The number that a text stands for; empty if it stands for none. */
  static OptionalLong read(Format format, String text) {
    if (text.isEmpty() || text.length() > LONGEST) {
      return OptionalLong.empty();
    }
    try {
      return switch (format) {
        case DURATION -> duration(text);
        case CPU -> cpu(text);
        case BYTES -> bytes(text);
        case TIMESTAMP -> OptionalLong.of(OffsetDateTime.parse(text).toInstant().toEpochMilli());
        default -> OptionalLong.empty();
      };
    } catch (ArithmeticException | DateTimeException notOne) {
      return OptionalLong.empty(); // Too large, finer than the unit, or no date: all "not a size".
    }
  }

  private static OptionalLong duration(String text) {
    if (text.equals("0")) {
      return OptionalLong.of(0);
    }
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      return OptionalLong.empty();
    }
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < DURATION_UNITS.length; i++) {
      String part = parts.group(i + 1);
      if (part != null) {
        sum = sum.add(new BigDecimal(part).multiply(BigDecimal.valueOf(DURATION_UNITS[i])));
      }
    }
    return OptionalLong.of(sum.longValueExact());
  }

  private static OptionalLong cpu(String text) {
    Matcher parts = CPU.matcher(text);
    return parts.matches()
        ? scaled(parts.group(1), parts.group(2).isEmpty() ? 1000 : 1)
        : OptionalLong.empty();
  }

  private static OptionalLong bytes(String text) {
    Matcher parts = BYTES.matcher(text);
    if (!parts.matches()) {
      return OptionalLong.empty();
    }
    return scaled(parts.group(1), BYTE_UNITS.getOrDefault(parts.group(2), 1L));
  }

  private static OptionalLong scaled(String number, long unit) {
    return OptionalLong.of(
        new BigDecimal(number).multiply(BigDecimal.valueOf(unit)).longValueExact());
  }

  /** The canonical text. */
  static String write(Format format, long value) {
    return switch (format) {
      case DURATION -> writeDuration(value);
      case CPU -> value % 1000 == 0 ? Long.toString(value / 1000) : value + "m";
      case BYTES -> writeBytes(value);
      case TIMESTAMP -> TIMESTAMP.format(Instant.ofEpochMilli(value));
      default -> Long.toString(value);
    };
  }

  private static String writeDuration(long millis) {
    if (millis <= 0) {
      return millis == 0 ? "0s" : millis + "ms";
    }
    var out = new StringBuilder();
    long rest = millis;
    for (int i = 0; i < DURATION_UNITS.length; i++) {
      long whole = rest / DURATION_UNITS[i];
      if (whole > 0) {
        out.append(whole).append(DURATION_NAMES[i]);
        rest -= whole * DURATION_UNITS[i];
      }
    }
    return out.toString();
  }

  /** The shortest exact one; of two as short as each other the binary one. */
  private static String writeBytes(long bytes) {
    String shortest = Long.toString(bytes);
    if (bytes <= 0) {
      return shortest;
    }
    for (var unit : BYTE_UNITS.entrySet()) {
      if (bytes % unit.getValue() == 0) {
        String text = bytes / unit.getValue() + unit.getKey();
        boolean binary = text.endsWith("i");
        if (binary ? text.length() <= shortest.length() + 1 : text.length() < shortest.length()) {
          shortest = text;
        }
      }
    }
    return shortest;
  }
}
