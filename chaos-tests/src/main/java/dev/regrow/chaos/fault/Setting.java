package dev.regrow.chaos.fault;

/**
 * One number of a kind of fault.
 *
 * @param name as it is written
 * @param least allowed, in its unit
 * @param most allowed
 * @param usual what it is when nothing is said
 */
public record Setting(String name, Unit unit, long least, long most, long usual) {

  static Setting millis(String name, long least, long most, long usual) {
    return new Setting(name, Unit.MILLIS, least, most, usual);
  }

  static Setting percent(String name, long usual) {
    return new Setting(name, Unit.PERCENT, 0, 100, usual);
  }

  static Setting bytes(String name, long least, long most, long usual) {
    return new Setting(name, Unit.BYTES, least, most, usual);
  }

  static Setting count(String name, long least, long most, long usual) {
    return new Setting(name, Unit.COUNT, least, most, usual);
  }

  boolean allows(long value) {
    return value >= least && value <= most;
  }

  /** What may be written. */
  String range() {
    return "%s to %s".formatted(unit.write(least), unit.write(most));
  }
}
