package dev.regrow.cli;

import dev.regrow.schema.Visible;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Where words go: data to {@link #out}, everything else to {@link #err}. Whether those are
 * terminals is told by the launcher, as the JVM cannot say it for each.
 *
 * <p>Words may hold what others chose, such as the command of a workload that somebody deployed: no
 * terminal obeys any of it, as what it would obey is written out, on terminals or not.
 */
public final class Terminal {

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean outIsTerminal;
  private final boolean errIsTerminal;
  private final boolean inIsTerminal;
  private final boolean colour;
  private String progressShown = "";

  public Terminal(
      PrintWriter out,
      PrintWriter err,
      boolean outIsTerminal,
      boolean errIsTerminal,
      boolean inIsTerminal,
      boolean colour) {
    this.out = out;
    this.err = err;
    this.outIsTerminal = outIsTerminal;
    this.errIsTerminal = errIsTerminal;
    this.inIsTerminal = inIsTerminal;
    this.colour = colour;
  }

  /**
   * @param tty the file descriptors that are terminals, such as "012"
   */
  static Terminal ofProcess(String tty, Map<String, String> environment) {
    boolean colour =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal(
        writer(FileDescriptor.out),
        writer(FileDescriptor.err),
        tty.contains("1"),
        tty.contains("2"),
        tty.contains("0"),
        colour);
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(
        new BufferedWriter(
            new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8)));
  }

  /** The same, but data goes nowhere. */
  public Terminal withoutData() {
    var nowhere = new PrintWriter(Writer.nullWriter());
    return new Terminal(nowhere, err, false, errIsTerminal, inIsTerminal, colour);
  }

  /** The same, but data goes there. */
  public Terminal into(PrintWriter elsewhere) {
    return new Terminal(elsewhere, err, outIsTerminal, errIsTerminal, inIsTerminal, colour);
  }

  /** The same, but words go nowhere. */
  public Terminal quiet() {
    var nowhere = new PrintWriter(Writer.nullWriter());
    return new Terminal(out, nowhere, outIsTerminal, false, inIsTerminal, colour);
  }

  /** For data as it is: what escapes itself, and what is meant for programs byte by byte. */
  public PrintWriter out() {
    return out;
  }

  public boolean outIsTerminal() {
    return outIsTerminal;
  }

  public boolean errIsTerminal() {
    return errIsTerminal;
  }

  public boolean inIsTerminal() {
    return inIsTerminal;
  }

  /** One line of data, or several. */
  public void print(String line) {
    out.println(Visible.lines(line));
  }

  /** One line of data in parts, each in its own colour. */
  public void print(List<Table.Cell> parts) {
    var line = new StringBuilder();
    parts.forEach(each -> line.append(coloured(each)));
    out.println(line.toString().stripTrailing());
  }

  /** One or more lines for people. */
  public synchronized void say(String words) {
    clearProgress();
    err.println(Visible.lines(words));
    err.flush();
  }

  /**
   * Replaces the line of progress before, on a terminal; elsewhere it is not shown at all. It is
   * cut off where the terminal ends, as what has gone over several lines cannot be replaced.
   */
  public synchronized void progress(String words) {
    var line = Visible.line(words.lines().findFirst().orElse(""));
    if (errIsTerminal && !line.equals(progressShown)) {
      err.print("\r\033[K\033[?7l" + line + "\033[?7h");
      err.flush();
      progressShown = line;
    }
  }

  /** Removes the line of progress. */
  public synchronized void clearProgress() {
    if (!progressShown.isEmpty()) {
      err.print("\r\033[K");
      err.flush();
      progressShown = "";
    }
  }

  /** What a phase or reason looks like: green, yellow or red on a terminal. */
  private String coloured(Table.Cell cell) {
    return colour && outIsTerminal && cell.tone() != Tone.PLAIN
        ? cell.tone().code + cell.text() + "\033[0m"
        : cell.text();
  }

  /** How something is going. */
  public enum Tone {
    PLAIN(""),
    GOOD("\033[32m"),
    UNSURE("\033[33m"),
    BAD("\033[31m");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  public void flush() {
    clearProgress();
    out.flush();
    err.flush();
  }
}
