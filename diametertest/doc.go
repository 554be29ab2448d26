// Package diametertest has what tests of Diameter nodes need: a conformance suite for a [diameter.Transport]
// ([RunTransport]), nodes joined in memory by host and realm, with faults drawn from a seed ([Network]), and connections in
// memory over which real nodes run without sockets ([Wire]). All of it works inside bubbles of testing/synctest.
//
// A vendor that brings its own Diameter stack runs RunTransport on it; one that writes procedures joins them to a
// Network. Everything here is safe for concurrent use.
package diametertest
