package dev.regrow.chaos.junit;

import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.RegrowClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * A cluster of real nodes, each on a machine of its own that can die, be cut off or lose its disk.
 * In a static field it is there for all tests of a class, in another one anew for each; nothing of
 * it is left afterwards. Skips tests where it cannot be: it needs root and a distribution.
 *
 * <pre>
 *   &#64;RegisterExtension static final ClusterExtension cluster = ClusterExtension.of(3);
 *
 *   &#64;Test
 *   void the_shop_survives_the_death_of_a_machine() {
 *     cluster.client().send(Calls.apply(shop));
 *     cluster.lab().powerOff(cluster.machine("n2"));
 *     …
 *   }
 * </pre>
 *
 * <p>What tests draw by {@link #random} is drawn again with {@code -Dregrow.seed=N}; a failure
 * names N.
 */
public final class ClusterExtension
    implements ExecutionCondition,
        BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        TestExecutionExceptionHandler {

  private static final String HOME = "regrow.home";
  private static final String SEED = "regrow.seed";

  private final int nodes;
  private final List<String> options;
  private final long seed = Long.getLong(SEED, new SecureRandom().nextInt());
  private @Nullable Lab lab;
  private @Nullable RegrowClient client;
  private boolean shared;

  private ClusterExtension(int nodes, List<String> options) {
    this.nodes = nodes;
    this.options = options;
  }

  /**
   * @param nodes 1 of 1 or 2, 3 of 3 or 4, 5 of more keep the store
   * @param options further ones of `regrow node`, for each
   */
  public static ClusterExtension of(int nodes, String... options) {
    return new ClusterExtension(nodes, List.of(options));
  }

  /**
   * @throws IllegalStateException outside of tests
   */
  public Lab lab() {
    if (lab == null) {
      throw new IllegalStateException("the cluster is there during tests only");
    }
    return lab;
  }

  /** Of n1, n2 and so on. */
  public Machine machine(String name) {
    return lab().machineCalled(name);
  }

  /** Asks the first node; others are asked by {@link LabClient}. */
  public RegrowClient client() {
    if (client == null) {
      throw new IllegalStateException("the cluster is there during tests only");
    }
    return client;
  }

  /** Draws for one test the same, whichever others run before it. */
  public Random random(String test) {
    return new Random(31 * seed + test.hashCode());
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (!"root".equals(System.getProperty("user.name"))) {
      return ConditionEvaluationResult.disabled("a node needs root");
    }
    return Files.isExecutable(home().resolve("bin/regrow"))
        ? ConditionEvaluationResult.enabled("root, and a distribution at " + home())
        : ConditionEvaluationResult.disabled(
            "-D" + HOME + " names no unpacked distribution: " + home());
  }

  private static Path home() {
    return Path.of(System.getProperty(HOME, "/nonexistent"));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    shared = true;
    form();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (!shared) {
      form();
    }
  }

  private void form() {
    var made = Lab.open(home());
    lab = made;
    try {
      client = LabClient.of(Formation.form(made, nodes, options.toArray(String[]::new)).get(0));
    } catch (RuntimeException | Error e) {
      end();
      throw e;
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    failure.addSuppressed(new Seed(seed));
    throw failure;
  }

  /** Says by what the test can be seen to fail again. */
  private static final class Seed extends Exception {
    private static final long serialVersionUID = 1;

    private Seed(long seed) {
      super("draw the same again: -D" + SEED + "=" + seed, null, false, false);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (!shared) {
      end();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    end();
  }

  private void end() {
    if (client != null) {
      client.close();
      client = null;
    }
    if (lab != null) {
      var ended = lab;
      lab = null;
      ended.close();
    }
  }
}
