package dev.regrow.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives each test a node uid of its own, and fails it when a cgroup, mount, network namespace or
 * process is left that bears it, or a child of this JVM that was not there before. It looks at
 * nothing else, for others may be busy on the same machine. Skips the test when not root.
 *
 * <pre>{@code
 * @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();
 * }</pre>
 */
public final class LeavesNothingBehind
    implements ExecutionCondition, BeforeEachCallback, AfterEachCallback {

  private String nodeUid = "";
  private Set<String> before = Set.of();

  /** Of this test alone: 12 characters that occur nowhere else on the machine. */
  public String nodeUid() {
    return nodeUid;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Traces.effectiveUid() == 0
        ? ConditionEvaluationResult.enabled("running as root")
        : ConditionEvaluationResult.disabled("needs root: it makes cgroups, mounts and namespaces");
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    nodeUid = "t%011x".formatted(ThreadLocalRandom.current().nextLong(1L << 44));
    before = Traces.of(nodeUid);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    long deadline = System.nanoTime() + Patience.LONG.toNanos();
    Set<String> left = newTraces();
    // Namespaces are torn down by the kernel a moment after their last process.
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(20_000_000);
      left = newTraces();
    }
    assertThat(left).as("left behind by node %s", nodeUid).isEmpty();
  }

  private Set<String> newTraces() {
    var now = Traces.of(nodeUid);
    now.removeAll(before);
    return now;
  }
}
