package dev.regrow.gateway.http;

import com.google.protobuf.Message;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.control.Listing;
import dev.regrow.actors.control.Objects;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigList;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.NamedVolumeList;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.NamespaceList;
import dev.regrow.v1.Secret;
import dev.regrow.v1.SecretList;

/** What routes must know of one kind of declared objects. */
interface ObjectKind<T extends Message> {

  /** As {@code config}; in paths with an s. */
  String noun();

  /** Whether one can be read and written without reading any file. */
  default boolean prompt() {
    return false;
  }

  /** Whether they are of no namespace, and for admins to change. */
  default boolean clusterWide() {
    return false;
  }

  T type();

  WatchKind watch();

  Objects<T> objects(ControlPlane control);

  String name(T object);

  /** Empty: none was written. */
  String namespace(T object);

  T in(T object, String namespace);

  long index(T object);

  Message list(Listing<T> page);

  /** Of kind Config. */
  final class Configs implements ObjectKind<Config> {
    @Override
    public String noun() {
      return "config";
    }

    @Override
    public boolean prompt() {
      return true;
    }

    @Override
    public Config type() {
      return Config.getDefaultInstance();
    }

    @Override
    public WatchKind watch() {
      return WatchKind.CONFIGS;
    }

    @Override
    public Objects<Config> objects(ControlPlane control) {
      return control.configs();
    }

    @Override
    public String name(Config object) {
      return object.getName();
    }

    @Override
    public String namespace(Config object) {
      return object.getNamespace();
    }

    @Override
    public Config in(Config object, String namespace) {
      return object.toBuilder().setNamespace(namespace).build();
    }

    @Override
    public long index(Config object) {
      return object.getIndex();
    }

    @Override
    public Message list(Listing<Config> page) {
      return ConfigList.newBuilder()
          .addAllItems(page.items())
          .setIndex(page.index())
          .setContinue(page.next())
          .build();
    }
  }

  /** Of kind Secret. */
  final class Secrets implements ObjectKind<Secret> {
    @Override
    public String noun() {
      return "secret";
    }

    @Override
    public Secret type() {
      return Secret.getDefaultInstance();
    }

    @Override
    public WatchKind watch() {
      return WatchKind.SECRETS;
    }

    @Override
    public Objects<Secret> objects(ControlPlane control) {
      return control.secrets();
    }

    @Override
    public String name(Secret object) {
      return object.getName();
    }

    @Override
    public String namespace(Secret object) {
      return object.getNamespace();
    }

    @Override
    public Secret in(Secret object, String namespace) {
      return object.toBuilder().setNamespace(namespace).build();
    }

    @Override
    public long index(Secret object) {
      return object.getIndex();
    }

    @Override
    public Message list(Listing<Secret> page) {
      return SecretList.newBuilder()
          .addAllItems(page.items())
          .setIndex(page.index())
          .setContinue(page.next())
          .build();
    }
  }

  /** Of kind Namespace: each is taken to be in itself. */
  final class Namespaces implements ObjectKind<Namespace> {
    @Override
    public String noun() {
      return "namespace";
    }

    @Override
    public boolean clusterWide() {
      return true;
    }

    @Override
    public Namespace type() {
      return Namespace.getDefaultInstance();
    }

    @Override
    public WatchKind watch() {
      return WatchKind.NAMESPACES;
    }

    @Override
    public Objects<Namespace> objects(ControlPlane control) {
      return control.namespaces();
    }

    @Override
    public String name(Namespace object) {
      return object.getName();
    }

    @Override
    public String namespace(Namespace object) {
      return object.getName();
    }

    @Override
    public Namespace in(Namespace object, String namespace) {
      return object;
    }

    @Override
    public long index(Namespace object) {
      return object.getIndex();
    }

    @Override
    public Message list(Listing<Namespace> page) {
      return NamespaceList.newBuilder()
          .addAllItems(page.items())
          .setIndex(page.index())
          .setContinue(page.next())
          .build();
    }
  }

  /** Of kind Volume. */
  final class Volumes implements ObjectKind<NamedVolume> {
    @Override
    public String noun() {
      return "volume";
    }

    @Override
    public NamedVolume type() {
      return NamedVolume.getDefaultInstance();
    }

    @Override
    public WatchKind watch() {
      return WatchKind.VOLUMES;
    }

    @Override
    public Objects<NamedVolume> objects(ControlPlane control) {
      return control.volumes();
    }

    @Override
    public String name(NamedVolume object) {
      return object.getName();
    }

    @Override
    public String namespace(NamedVolume object) {
      return object.getNamespace();
    }

    @Override
    public NamedVolume in(NamedVolume object, String namespace) {
      return object.toBuilder().setNamespace(namespace).build();
    }

    @Override
    public long index(NamedVolume object) {
      return object.getIndex();
    }

    @Override
    public Message list(Listing<NamedVolume> page) {
      return NamedVolumeList.newBuilder()
          .addAllItems(page.items())
          .setIndex(page.index())
          .setContinue(page.next())
          .build();
    }
  }
}
