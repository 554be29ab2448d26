package t8

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
)

// An appender writes itself as JSON without reflection.
type appender interface{ AppendJSON(b []byte) []byte }

// AppendJSON appends the notification as JSON to b: the same octets as encoding/json writes without its escapes for
// HTML, except that Data that is nil is written as an empty string.
func (n *NIDDUplinkDataNotification) AppendJSON(b []byte) []byte {
	b = appendText(append(b, `{"niddConfiguration":`...), n.NIDDConfiguration)
	if n.ExternalID != "" {
		b = appendText(append(b, `,"externalId":`...), string(n.ExternalID))
	}
	if n.MSISDN != "" {
		b = appendText(append(b, `,"msisdn":`...), string(n.MSISDN))
	}
	b = append(b, `,"data":"`...)
	b = append(base64.StdEncoding.AppendEncode(b, n.Data), '"')
	return append(appendRDS(b, n.ReliableDataService, n.RDSPort), '}')
}

func appendRDS(b []byte, reliable bool, p *RDSPort) []byte {
	if reliable {
		b = append(b, `,"reliableDataService":true`...)
	}
	if p != nil {
		b = strconv.AppendInt(append(b, `,"rdsPort":{"portUE":`...), int64(p.PortUE), 10)
		b = append(strconv.AppendInt(append(b, `,"portSCEF":`...), int64(p.PortSCEF), 10), '}')
	}
	return b
}

// AppendJSON appends the delivery as JSON to b: the same octets as encoding/json writes without its escapes for HTML,
// except that Data that is nil is written as an empty string.
func (d *NIDDDownlinkDataTransfer) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for _, m := range [...]struct{ name, value string }{
		{`"externalId":`, string(d.ExternalID)}, {`"externalGroupId":`, string(d.ExternalGroupID)},
		{`"msisdn":`, string(d.MSISDN)}, {`"self":`, d.Self},
	} {
		if m.value != "" {
			b = append(appendText(append(b, m.name...), m.value), ',')
		}
	}
	b = append(base64.StdEncoding.AppendEncode(append(b, `"data":"`...), d.Data), '"')
	b = appendRDS(b, d.ReliableDataService, d.RDSPort)
	if d.MaximumLatency != nil {
		b = strconv.AppendInt(append(b, `,"maximumLatency":`...), d.MaximumLatency.Seconds(), 10)
	}
	if d.Priority != nil {
		b = strconv.AppendInt(append(b, `,"priority":`...), int64(*d.Priority), 10)
	}
	if d.PDNEstablishmentOption != "" {
		b = appendText(append(b, `,"pdnEstablishmentOption":`...), string(d.PDNEstablishmentOption))
	}
	if d.DeliveryStatus != "" {
		b = appendText(append(b, `,"deliveryStatus":`...), string(d.DeliveryStatus))
	}
	if t := d.RequestedRetransmissionTime; !t.IsZero() {
		b = append(t.AppendFormat(append(b, `,"requestedRetransmissionTime":"`...), time.RFC3339Nano), '"')
	}
	return append(b, '}')
}

// appendText appends s as a JSON string.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
			t, _ := marshal(s) // a string can always be written
			return append(b, t...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// encodeBody returns the JSON of a body; octets are taken as they are.
func encodeBody(body any) ([]byte, error) {
	switch v := body.(type) {
	case []byte:
		return v, nil
	case json.RawMessage:
		return v, nil
	case appender:
		return v.AppendJSON(make([]byte, 0, 320)), nil
	}
	return marshal(body)
}
