package t8

import "encoding/json"

// VendorSpecific holds the members vendorSpecific-nnnnnn of a body (TS 29.122 §5.2.13), as they are, by the six digits of
// the IANA enterprise number. The types that may have some have a field of this type.
type VendorSpecific map[string]json.RawMessage
