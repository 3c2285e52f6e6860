package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.Backup;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.schema.BackupFile;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.StoreSnapshotEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The whole store as a file, and back into an empty cluster. */
final class BackupRoutes {

  /** Deflated; some hundred thousand workloads. */
  static final int BYTES_MAX = 64 << 20;

  private final Supplier<ControlPlane> control;

  BackupRoutes(Supplier<ControlPlane> control) {
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read("/v1/cluster/backup", Set.of("withKey"), this::backup)
            .needing(Role.ADMIN)
            .as(List.of()),
        Route.change("POST", "/v1/cluster/restore", Set.of(), this::restore)
            .needing(Role.ADMIN)
            .taking(BYTES_MAX));
  }

  private CompletionStage<Answer> backup(Call call) {
    return control
        .get()
        .backup(call.parameters().flag("withKey"))
        .thenApply(
            backup -> {
              var bytes = new ByteArrayOutputStream();
              try {
                BackupFile.write(backup.header(), backup.entries(), bytes);
              } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
              }
              return Answer.of(200, new Answer.Whole(BackupFile.MEDIA_TYPE, bytes.toByteArray()))
                  .with("Cache-Control", "no-store");
            });
  }

  /** Nothing is written before all of it was read and found whole. */
  private CompletionStage<Answer> restore(Call call) {
    return call.bytes()
        .thenApply(BackupRoutes::parse)
        .thenCompose(backup -> control.get().restore(backup))
        .thenApply(cluster -> Answers.object(200, call.format(), cluster));
  }

  private static Backup parse(byte[] body) {
    var entries = new ArrayList<StoreSnapshotEntry>();
    try {
      var header =
          BackupFile.read(
              new ByteArrayInputStream(body),
              new BackupFile.Reader() {
                @Override
                public void header(BackupHeader ignored) {}

                @Override
                public void entries(List<StoreSnapshotEntry> part) {
                  entries.addAll(part);
                }
              });
      return new Backup(header, entries);
    } catch (IOException unusable) {
      throw HttpProblem.malformed(String.valueOf(unusable.getMessage()));
    }
  }
}
