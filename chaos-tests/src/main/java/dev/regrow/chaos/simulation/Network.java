package dev.regrow.chaos.simulation;

/** Who can reach whom, and how well; messages to a machine that is down are lost. */
final class Network {

  private final Stage stage;
  private final boolean[][] cut;

  /** What share of messages is lost, or comes twice; and how late some are, in milliseconds. */
  double loss;

  double repeat;
  int late;

  Network(Stage stage, int nodes) {
    this.stage = stage;
    cut = new boolean[nodes][nodes];
  }

  void cut(int from, int to, boolean away) {
    cut[from][to] = away;
  }

  void heal() {
    for (var row : cut) {
      java.util.Arrays.fill(row, false);
    }
    loss = 0;
    repeat = 0;
    late = 0;
  }

  boolean reaches(int from, int to) {
    return !cut[from][to];
  }

  /** Carries a message; what is cut when it arrives does not arrive. */
  void send(int from, int to, Runnable message) {
    if (from == to) {
      stage.after(0, message);
      return;
    }
    if (cut[from][to] || (loss > 0 && stage.random.nextDouble() < loss)) {
      return;
    }
    boolean twice = repeat > 0 && stage.random.nextDouble() < repeat;
    for (int copy = 0; copy < (twice ? 2 : 1); copy++) {
      stage.after(
          stage.between(1, 4) + (late > 0 ? stage.random.nextInt(late) : 0),
          () -> {
            if (!cut[from][to]) {
              message.run();
            }
          });
    }
  }
}
