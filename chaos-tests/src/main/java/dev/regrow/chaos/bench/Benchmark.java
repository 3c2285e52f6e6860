package dev.regrow.chaos.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** One question, and how it is answered with figures. */
public interface Benchmark {

  String name();

  /** The question, for people. */
  String question();

  /** Takes minutes at most; leaves nothing on the machine. */
  List<Figure> run(Setting setting) throws Exception;

  /**
   * @param home of the distribution whose node is measured
   * @param scratch a directory for data, stamps and the probe; deleted afterwards
   * @param count how many repetitions of the smallest step
   * @param remarks takes a sentence for people about what could not be measured
   */
  record Setting(Path home, Path scratch, int count, Consumer<String> remarks) {}
}
