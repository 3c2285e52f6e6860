package dev.regrow.runtime.launch;

import dev.regrow.runtime.testing.LeavesNothingBehind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is launched by a {@link TestNode}, which leaves nothing behind. */
@Tag("kernel")
abstract class LaunchCase {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  @SuppressWarnings("NullAway.Init")
  TestNode node;

  @BeforeEach
  void start() {
    node = new TestNode(host.nodeUid());
  }

  @AfterEach
  void close() {
    node.close();
  }
}
