@NullMarked
package dev.regrow.runtime.cgroup;

import org.jspecify.annotations.NullMarked;
