package dev.regrow.actors.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.Pool;

/** Messages to bytes and back. Thread-safe: a Kryo is not, so each call borrows one. */
final class WireCodec {

  /** The first byte of every message; another layout gets another number. */
  private static final byte LAYOUT = 1;

  private static final int BUFFER_BYTES = 512;

  private final Pool<Kryo> pool;

  WireCodec(RefFormat refs) {
    this.pool =
        new Pool<>(true, true, 16) {
          @Override
          protected Kryo create() {
            return newKryo(refs);
          }
        };
  }

  private static Kryo newKryo(RefFormat refs) {
    var kryo = new Kryo(new WireClassResolver(), null);
    kryo.setRegistrationRequired(true);
    kryo.setReferences(false);
    for (var entry : WireTypes.table(refs)) {
      kryo.register(entry.type(), entry.serializer(), entry.id());
    }
    return kryo;
  }

  byte[] toBytes(Object message) {
    var kryo = pool.obtain();
    try (var output = new Output(BUFFER_BYTES, -1)) {
      output.writeByte(LAYOUT);
      kryo.writeClassAndObject(output, message);
      return output.toBytes();
    } finally {
      pool.free(kryo);
    }
  }

  /**
   * @throws KryoException when these are not the bytes of a known message
   */
  Object fromBytes(byte[] bytes) {
    var kryo = pool.obtain();
    try (var input = new Input(bytes)) {
      byte layout = input.readByte();
      if (layout != LAYOUT) {
        throw new KryoException("layout %d is unknown here".formatted(layout));
      }
      return kryo.readClassAndObject(input);
    } finally {
      pool.free(kryo);
    }
  }
}
