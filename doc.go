// Package scefkit is the map of the module: a Service Capability Exposure Function (SCEF) as importable packages.
//
// An SCEF stands between IoT application servers (SCS/AS) and a 4G core. Northbound it speaks T8 (TS 29.122, REST and
// JSON), southbound Diameter: S6t to the HSS, T6a/T6b to MME and SGSN, Rx and Nt to the PCRF, and more. The packages stand
// on storeys; imports only go down:
//
//	scef                     a node: joins T8, procedures, Diameter and store
//	charging, metrics        observe it: charging records in files, counters for Prometheus
//	nidd                     the procedures, one package each (TS 29.122 clause 4)
//	t8                       northbound: types, server, client, notifier
//	t6a, s6t, s6m, rx, nt,   the Diameter reference points: typed commands, no procedure state
//	nta, ns, tsp, t4, mb2
//	diameter, store          RFC 6733 stack; transactional store
//	id, fault, policy        identities, the one error type, who may do what
//
// Beside the house stand sim (simulated HSS, MME, UE and a recorder of what flows) and the conformance suites storetest
// and diametertest, which a vendor runs on an implementation of its own.
//
// Start with examples/quickstart, which plays non-IP data delivery end to end, and with package scef.
package scefkit
