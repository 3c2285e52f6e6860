package dev.regrow.gateway;

import java.lang.reflect.Proxy;
import javax.management.MBeanServer;
import javax.management.MBeanServerBuilder;
import javax.management.MBeanServerDelegate;

/**
 * A server of management beans that keeps none: what asks for one in order to register itself, as
 * Ratis does, finds that all is there already. For a witness, whose memory counts; named by {@code
 * javax.management.builder.initial} in its options.
 */
public final class NoManagement extends MBeanServerBuilder {

  @Override
  public MBeanServer newMBeanServer(
      String defaultDomain, MBeanServer outer, MBeanServerDelegate delegate) {
    return (MBeanServer)
        Proxy.newProxyInstance(
            NoManagement.class.getClassLoader(),
            new Class<?>[] {MBeanServer.class},
            (server, method, arguments) -> nothing(method.getReturnType()));
  }

  private static @org.jspecify.annotations.Nullable Object nothing(Class<?> type) {
    if (type == boolean.class) {
      return true;
    }
    return type == Integer.class ? Integer.valueOf(0) : null;
  }
}
