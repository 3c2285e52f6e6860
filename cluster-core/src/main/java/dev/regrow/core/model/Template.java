package dev.regrow.core.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The immutable content of a revision.
 *
 * @param hash of the template's bytes with its defaults written in; equal hashes are equal texts
 * @param demand what one instance reserves on its node
 * @param content the template itself, opaque here
 * @param contents the hash of what it uses of each declared object
 * @param volumes the names of those that its instances keep data in
 * @param image what it uses of its image
 */
public record Template(
    String hash,
    Demand demand,
    Opaque content,
    SortedMap<ContentRef, String> contents,
    SortedSet<String> volumes,
    ImageUse image) {

  public Template {
    volumes = Collections.unmodifiableSortedSet(new TreeSet<>(volumes));
    contents = Collections.unmodifiableSortedMap(new TreeMap<>(contents));
  }

  /** All objects that it refers to. */
  public SortedSet<ContentRef> uses() {
    var uses = new TreeSet<>(contents.keySet());
    volumes.forEach(name -> uses.add(new ContentRef(ContentRef.Kind.VOLUME, name)));
    if (!image.pullSecret().isEmpty()) {
      uses.add(new ContentRef(ContentRef.Kind.PULL_SECRET, image.pullSecret()));
    }
    return uses;
  }

  /** Whether the two say the same, whatever the objects hold that they use. */
  public boolean reads(Template other) {
    return content.equals(other.content);
  }

  /** Whether instances of the two are the same. */
  public boolean makes(Template other) {
    return hash.equals(other.hash) && contents.equals(other.contents) && image.equals(other.image);
  }

  /** The same text with other contents. */
  public Template holding(SortedMap<ContentRef, String> others) {
    return new Template(hash, demand, content, others, volumes, image);
  }

  /** The same text with other bytes of its image. */
  public Template runs(ImageUse other) {
    return new Template(hash, demand, content, contents, volumes, other);
  }
}
