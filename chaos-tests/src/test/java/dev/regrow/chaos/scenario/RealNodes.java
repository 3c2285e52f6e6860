package dev.regrow.chaos.scenario;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Needs a distribution, and root, since only root makes cgroups and namespaces for others. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RealNodes.Here.class)
public @interface RealNodes {

  /** Skips with a reason where no node can run. */
  final class Here implements ExecutionCondition {

    /** Of the unpacked distribution. */
    public static Path home() {
      return Path.of(System.getProperty("regrow.home", "/nonexistent"));
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (!"root".equals(System.getProperty("user.name"))) {
        return ConditionEvaluationResult.disabled("a node needs root");
      }
      if (!Files.isExecutable(home().resolve("bin/regrow"))) {
        return ConditionEvaluationResult.disabled(
            "-Dregrow.home names no unpacked distribution: " + home());
      }
      if (!Effort.isFull()) { // Then nothing is to run beside what is measured.
        var unused =
            context
                .getRoot()
                .getStore(ExtensionContext.Namespace.create(Here.class))
                .getOrComputeIfAbsent(Forerunner.class, first -> Forerunner.of(home()));
      }
      return ConditionEvaluationResult.enabled("root, and a distribution at " + home());
    }
  }
}
