package t6a

import (
	"fmt"

	"github.com/scefkit/scefkit/diameter"
)

// ParseBearerIdentifier returns the bearer of a connection out of the AVP Bearer-Identifier (TS 29.212, in TS 29.128): one octet
// that holds the EPS bearer identity, or on T6b the NSAPI. Identities are 1 to 15; those below 5 are in use only between
// nodes that serve 15 bearers of a UE (TS 24.301 §9.3.2), and no NSAPI is below 5.
//
// An error is a *diameter.AVPError with INVALID_AVP_LENGTH or INVALID_AVP_VALUE and the AVP, ready for an answer. That the
// AVP is one octet is not confirmed by a second source.
func ParseBearerIdentifier(b []byte) (ebi uint8, err error) {
	switch {
	case len(b) != 1:
		return 0, AVPBearerIdentifier.Fault(diameter.InvalidAVPLength, b, "Bearer-Identifier is not one octet")
	case b[0] < 1 || b[0] > 15:
		return 0, AVPBearerIdentifier.Fault(diameter.InvalidAVPValue, b, fmt.Sprintf("Bearer-Identifier is %d, want 1 to 15", b[0]))
	}
	return b[0], nil
}

// AppendBearerIdentifier appends the octet of Bearer-Identifier, see [ParseBearerIdentifier].
func AppendBearerIdentifier(b []byte, ebi uint8) ([]byte, error) {
	octet := []byte{ebi}
	if _, err := ParseBearerIdentifier(octet); err != nil {
		return b, err
	}
	return append(b, octet...), nil
}
