package dev.regrow.chaos.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A report in all its forms, in a folder. */
public final class ReportFiles {

  private ReportFiles() {}

  /**
   * Writes SCENARIO.html, .json and .xml; what was there of the same name is replaced.
   *
   * @return the page
   */
  public static Path write(Path folder, RunReport report) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(report.scenario() + ".json"), JsonReport.of(report) + "\n");
      Files.writeString(folder.resolve(report.scenario() + ".xml"), JUnitReport.of(report));
      return Files.writeString(folder.resolve(report.scenario() + ".html"), HtmlReport.of(report));
    } catch (IOException e) {
      throw new UncheckedIOException("write a report to " + folder, e);
    }
  }
}
