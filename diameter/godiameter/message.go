package godiameter

import (
	"fmt"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/scefkit/scefkit/diameter"
)

// fromDiam writes the AVPs of m, which go-diameter has taken apart, down again. With an error the message is returned
// without AVPs.
func fromDiam(m *diam.Message) (*diameter.Message, error) {
	msg := &diameter.Message{
		Flags:    diameter.Flags(m.Header.CommandFlags),
		Command:  diameter.CommandCode(m.Header.CommandCode),
		App:      diameter.ApplicationID(m.Header.ApplicationID),
		HopByHop: m.Header.HopByHopID,
		EndToEnd: m.Header.EndToEndID,
	}
	if m.DecodeErr != nil { // the values may lie in a buffer that is in use again
		return msg, fmt.Errorf("godiameter: %w", m.DecodeErr)
	}
	avps := make([]byte, m.Len()-diam.HeaderLength)
	at := 0
	for _, a := range m.AVP {
		if err := a.SerializeTo(avps[at:]); err != nil {
			return msg, fmt.Errorf("godiameter: %w", err)
		}
		at += a.Len()
	}
	msg.AVPs = avps
	return msg, nil
}

func fits(m *diameter.Message) bool { return len(m.AVPs)%4 == 0 && m.Len() <= diameter.MaxMessageLen }

// frame encodes ans as the answer to req.
func frame(req, ans *diameter.Message) []byte {
	out := diameter.Message{
		Flags:   ans.Flags &^ (diameter.FlagRequest | diameter.FlagRetransmitted),
		Command: req.Command, App: req.App, HopByHop: req.HopByHop, EndToEnd: req.EndToEnd, AVPs: ans.AVPs,
	}
	return out.Append(make([]byte, 0, out.Len()))
}
