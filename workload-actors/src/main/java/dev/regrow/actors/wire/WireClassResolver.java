package dev.regrow.actors.wire;

import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/** Takes every implementation of a collection or an actor reference for what it stands for. */
final class WireClassResolver extends DefaultClassResolver {

  private static final List<Class<?>> FAMILIES =
      List.of(List.class, Map.class, Set.class, Optional.class, ActorRef.class);

  @Override
  @SuppressWarnings("rawtypes") // As Kryo declares it.
  public Registration getRegistration(Class type) {
    var registration = super.getRegistration(type);
    return registration != null ? registration : super.getRegistration(familyOf(type));
  }

  private static Class<?> familyOf(Class<?> type) {
    if (Enum.class.isAssignableFrom(type) && type.getSuperclass() != Enum.class) {
      return type.getSuperclass(); // A constant with a body is a class of its own.
    }
    return FAMILIES.stream().filter(f -> f.isAssignableFrom(type)).findFirst().orElse(type);
  }
}
