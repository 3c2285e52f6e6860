package dev.regrow.cli.command;

import com.google.protobuf.Message;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import dev.regrow.v1.Config;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Plan;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Workload;
import java.util.Comparator;

/** One object that a manifest declares, whatever its kind. */
public sealed interface Declaration {

  /** What others use before what uses it. */
  static Comparator<Declaration> usedFirst() {
    return Comparator.comparing(
        each -> each instanceof OfWorkload ? 2 : each instanceof OfNamespace ? 0 : 1);
  }

  /** Its message is of a kind that manifests know. */
  static Declaration of(Message message) {
    if (message instanceof Config config) {
      return new OfConfig(config);
    }
    if (message instanceof Secret secret) {
      return new OfSecret(secret);
    }
    if (message instanceof Namespace namespace) {
      return new OfNamespace(namespace);
    }
    return message instanceof NamedVolume volume
        ? new OfVolume(volume)
        : new OfWorkload((Workload) message);
  }

  /** Empty: none is written, or it is of none. */
  String namespace();

  String name();

  /** As in its address: workloads, configs, secrets, volumes, namespaces. */
  String collection();

  /** How it is told of: workloads by their bare names. */
  default String title() {
    return namespace() + "/" + name();
  }

  Declaration in(String namespace);

  /** The same; of a workload one that takes what its image's tag stands for now. */
  default Declaration pulling() {
    return this;
  }

  Call<? extends Message> apply();

  Call<? extends Message> read();

  Call<? extends Message> delete();

  Call<Plan> plan();

  /** A workload. */
  record OfWorkload(Workload message, boolean pulls) implements Declaration {
    public OfWorkload(Workload message) {
      this(message, false);
    }

    @Override
    public Declaration pulling() {
      return new OfWorkload(message, true);
    }

    @Override
    public String namespace() {
      return message.getNamespace();
    }

    @Override
    public String name() {
      return message.getName();
    }

    @Override
    public String collection() {
      return "workloads";
    }

    @Override
    public Declaration in(String namespace) {
      return new OfWorkload(message.toBuilder().setNamespace(namespace).build(), pulls);
    }

    @Override
    public Call<Workload> apply() {
      return pulls ? Calls.applyPulling(message) : Calls.apply(message);
    }

    @Override
    public Call<Workload> read() {
      return Calls.workload(namespace(), name());
    }

    @Override
    public Call<Workload> delete() {
      return Calls.delete(namespace(), name());
    }

    @Override
    public Call<Plan> plan() {
      return pulls ? Calls.planPulling(message) : Calls.plan(message);
    }
  }

  /** A config. */
  record OfConfig(Config message) implements Declaration {
    @Override
    public String namespace() {
      return message.getNamespace();
    }

    @Override
    public String name() {
      return message.getName();
    }

    @Override
    public String collection() {
      return "configs";
    }

    @Override
    public String title() {
      return "config " + namespace() + "/" + name();
    }

    @Override
    public Declaration in(String namespace) {
      return new OfConfig(message.toBuilder().setNamespace(namespace).build());
    }

    @Override
    public Call<Config> apply() {
      return Calls.putConfig(message);
    }

    @Override
    public Call<Config> read() {
      return Calls.config(namespace(), name());
    }

    @Override
    public Call<Config> delete() {
      return Calls.deleteConfig(namespace(), name());
    }

    @Override
    public Call<Plan> plan() {
      return Calls.planConfig(message);
    }
  }

  /** A volume. */
  record OfVolume(NamedVolume message) implements Declaration {
    @Override
    public String namespace() {
      return message.getNamespace();
    }

    @Override
    public String name() {
      return message.getName();
    }

    @Override
    public String collection() {
      return "volumes";
    }

    @Override
    public String title() {
      return "volume " + namespace() + "/" + name();
    }

    @Override
    public Declaration in(String namespace) {
      return new OfVolume(message.toBuilder().setNamespace(namespace).build());
    }

    @Override
    public Call<NamedVolume> apply() {
      return Calls.putVolume(message);
    }

    @Override
    public Call<NamedVolume> read() {
      return Calls.volume(namespace(), name());
    }

    @Override
    public Call<NamedVolume> delete() {
      return Calls.deleteVolume(namespace(), name());
    }

    @Override
    public Call<Plan> plan() {
      return Calls.planVolume(message);
    }
  }

  /** A namespace, which is of none itself. */
  record OfNamespace(Namespace message) implements Declaration {
    @Override
    public String namespace() {
      return "";
    }

    @Override
    public String name() {
      return message.getName();
    }

    @Override
    public String collection() {
      return "namespaces";
    }

    @Override
    public String title() {
      return "namespace " + name();
    }

    @Override
    public Declaration in(String namespace) {
      return this;
    }

    @Override
    public Call<Namespace> apply() {
      return Calls.putNamespace(message);
    }

    @Override
    public Call<Namespace> read() {
      return Calls.namespace(name());
    }

    @Override
    public Call<Namespace> delete() {
      return Calls.deleteNamespace(name());
    }

    @Override
    public Call<Plan> plan() {
      return Calls.planNamespace(message);
    }
  }

  /** A secret. */
  record OfSecret(Secret message) implements Declaration {
    @Override
    public String namespace() {
      return message.getNamespace();
    }

    @Override
    public String name() {
      return message.getName();
    }

    @Override
    public String collection() {
      return "secrets";
    }

    @Override
    public String title() {
      return "secret " + namespace() + "/" + name();
    }

    @Override
    public Declaration in(String namespace) {
      return new OfSecret(message.toBuilder().setNamespace(namespace).build());
    }

    @Override
    public Call<Secret> apply() {
      return Calls.putSecret(message);
    }

    @Override
    public Call<Secret> read() {
      return Calls.secret(namespace(), name());
    }

    @Override
    public Call<Secret> delete() {
      return Calls.deleteSecret(namespace(), name());
    }

    @Override
    public Call<Plan> plan() {
      return Calls.planSecret(message);
    }
  }
}
