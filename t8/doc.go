// Package t8 speaks T8, the REST reference point between SCEF and SCS/AS (TS 29.122, Release 18, whose types serve Release
// 17 as well).
//
// It holds the types of the API bodies, a server side, a client side and what carries notifications back. One Go
// interface stands for each API; the procedure of the SCEF implements it, and so does the client, so that a caller
// works in process or over HTTP with the same code:
//
//   - [MonitoringEvent], [NIDD], [DeviceTriggering], [BDT] (background data transfer), [ChargeableParty], [ASSessionWithQoS],
//     [NetworkStatus], [CPProvisioning], [PFDManagement], [ECRControl], [NPConfiguration], [RACSParameterProvisioning];
//   - [GMDViaMBMSByMB2] and [GMDViaMBMSByXMB], messages to groups by broadcast;
//   - [MSISDNLessMOSMS], which the application server serves.
//
// Attributes that only a 5G core can serve are in the types and pass through; a procedure of an EPC does not offer their
// features.
//
//   - An SCEF gives its implementations to [NIDDAPI] and its like and these to [NewHandler], and sends notifications with a
//     [Notifier], directly or through the durable [Outbox].
//   - An application server calls [NewClient] and receives notifications with [NewCallback].
//
// Bodies are checked against the rules of the data model before a procedure sees them ([Check]); every fault is named
// by a JSON pointer. A PATCH body has a method Apply that merges it into the resource and checks the result. Members that the types do not know are ignored, values of an enumeration that they do not know are
// kept. A member of a request that is null counts as absent; only in a PATCH body does null mean removal (RFC 7396).
//
// Members that vendors added (§5.2.13) are kept in [VendorSpecific]; outside of this package use [Marshal] and
// [Unmarshal], as encoding/json loses them. Resources have an ETag; see [Condition] for changes on a condition.
//
// Errors are *[fault.Error] on both sides. Left out for now: delivery of notifications over WebSocket (§5.2.5.4).
//
// Handler, Client, Notifier and Outbox are safe for concurrent use; bodies are plain values and are not.
package t8
