package dev.regrow.cli;

/**
 * Walks the common paths once, so that the class-data archive made from this run holds what
 * commands need. The launcher runs it once per build and JDK; it talks to nobody and writes
 * nothing.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /** Runs the rehearsal. */
  public static void main(String[] arguments) {
    new picocli.CommandLine(picocli.CommandLine.Model.CommandSpec.create()).getUsageMessage();
  }
}
