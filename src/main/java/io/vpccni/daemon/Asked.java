package io.vpccni.daemon;

import io.vpccni.explain.RequestId;
import java.time.Instant;

/** When a call arrived, and what it is called from then on. */
record Asked(RequestId request, Instant at) {}
