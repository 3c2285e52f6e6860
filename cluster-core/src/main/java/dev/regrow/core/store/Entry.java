package dev.regrow.core.store;

import com.google.protobuf.ByteString;

/** One key as the store holds it: the index that created it and the index of its last change. */
public record Entry(String key, ByteString value, long createIndex, long modIndex) {}
