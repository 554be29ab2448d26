// Package metrics counts what an SCEF does and shows the totals in the text format of Prometheus, version 0.0.4, without its
// client library.
//
// A [Metrics] hands out the hooks that it counts by, [Metrics.NIDD] and [Metrics.T8], and serves the page as an
// [net/http.Handler], which belongs on an address for operators: it tells nothing of a subscriber, but how busy the SCEF
// is. [Metrics.Add] puts more on the page. A hook costs far less than a microsecond and no allocation; hooks of the caller's own
// take the place of those of this package field by field.
//
// Labels are of closed sets; what peers could invent, as result codes, is bounded, and counted as "other" beyond.
//
// All methods are safe for concurrent use.
package metrics
