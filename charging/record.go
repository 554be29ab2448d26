package charging

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/scefkit/scefkit/nidd"
)

// Cause says why a record was closed (causeForRecClosing of the cPDTSCERecord). Its JSON form is the name.
type Cause uint8

// The causes, with their values in TS 32.298.
const (
	Normal              Cause = 0 // the connection was released
	Abnormal            Cause = 1 // the serving node lost the connection, or did not confirm its release
	VolumeLimit         Cause = 2
	TimeLimit           Cause = 3
	MaxSubmissions      Cause = 4
	ServingNodeChange   Cause = 5
	PLMNChange          Cause = 6
	ServingPLMNRate     Cause = 7 // the Serving PLMN rate control changed
	APNRate             Cause = 8 // the APN rate control changed
	RATChange           Cause = 9
	ManagementIntervene Cause = 10 // the writer was closed
)

var causeNames = []string{
	"normalRelease", "abnormalRelease", "volumeLimit", "timeLimit", "maxNIDDSubmissions", "servingNodeChange", "pLMNChange",
	"servingPLMNRateControlChange", "aPNRateControlChange", "rATChange", "managementIntervention",
}

// String returns the name of a cause, or its number.
func (c Cause) String() string {
	if int(c) < len(causeNames) {
		return causeNames[c]
	}
	return fmt.Sprintf("Cause(%d)", uint8(c))
}

// MarshalText implements encoding.TextMarshaler.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. An unknown name is an error.
func (c *Cause) UnmarshalText(b []byte) error {
	for i, name := range causeNames {
		if name == string(b) {
			*c = Cause(i)
			return nil
		}
	}
	return fmt.Errorf("charging: unknown cause %q", b)
}

// Record is one record, partial or last, of a T6a/b connection. Members are called as in the cPDTSCERecord where that has
// them. Identities are in full.
type Record struct {
	RecordType string `json:"recordType"` // "cPDTSCERecord"

	ServedIMSI         string `json:"servedIMSI"`
	ServedMSISDN       string `json:"servedMSISDN,omitempty"`
	ExternalIdentifier string `json:"externalIdentifier,omitempty"`
	ServedIMEI         string `json:"servedIMEI,omitempty"`

	SCEFID                    string    `json:"sCEFID"`
	NodeID                    string    `json:"nodeID,omitempty"` // of several that share an SCEF-ID; Options.NodeID
	ChargingID                uint32    `json:"chargingID"`
	BearerID                  uint8     `json:"bearerID"` // EPS bearer identity, or NSAPI
	AccessPointName           string    `json:"accessPointNameNI"`
	ChargingCharacteristics   string    `json:"chargingCharacteristics,omitempty"` // hexadecimal
	RATType                   int32     `json:"rATType,omitempty"`                 // of TS 29.212
	ServingNodeIdentity       string    `json:"servingNodeIdentity"`
	ServingNodeRealm          string    `json:"servingNodeRealm,omitempty"`
	ServingNodePLMNIdentifier string    `json:"servingNodePLMNIdentifier,omitempty"` // MCC and MNC, 5 or 6 digits
	ServingPLMNRateControl    *PLMNRate `json:"servingPLMNRateControl,omitempty"`
	APNRateControl            *UERate   `json:"aPNRateControl,omitempty"`

	ConnectionOpeningTime time.Time `json:"connectionOpeningTime,omitzero"`
	// RecordOpeningTime is when the first PDU of the record was submitted; without any, when the connection was established.
	RecordOpeningTime time.Time `json:"recordOpeningTime,omitzero"`
	Duration          float64   `json:"duration"` // seconds from RecordOpeningTime until the record was closed

	UplinkVolume    int64        `json:"dataVolumeUplink"` // octets, of PDUs with a success
	DownlinkVolume  int64        `json:"dataVolumeDownlink"`
	NIDDSubmissions []Submission `json:"listOfNIDDsubmission"`
	CauseForClosing Cause        `json:"causeForRecClosing"`
	Last            bool         `json:"last,omitempty"` // the connection has ended
}

// PLMNRate is the Serving PLMN rate control, in NAS data PDUs per 6 minutes; nil: not given.
type PLMNRate struct {
	Uplink   *uint32 `json:"uplinkRateLimit,omitempty"`
	Downlink *uint32 `json:"downlinkRateLimit,omitempty"`
}

// UERate is the APN rate control of the UE.
type UERate struct {
	Unit             string `json:"timeUnit"`
	MaxUplink        uint32 `json:"maxUplinkRate"`
	ExceptionReports bool   `json:"additionalExceptionReports,omitempty"`
}

// Submission is one PDU.
type Submission struct {
	SubmissionTimestamp time.Time `json:"submissionTimestamp"`
	EventTimestamp      time.Time `json:"eventTimestamp"` // when the answer came or was decided
	UplinkVolume        int       `json:"dataVolumeUplink,omitempty"`
	DownlinkVolume      int       `json:"dataVolumeDownlink,omitempty"`
	ResultCode          uint32    `json:"resultCode,omitempty"` // of Diameter; 0: there was no answer
	ResultVendor        uint32    `json:"resultVendor,omitempty"`
	SCSAS               string    `json:"scsAsId,omitempty"`
	// RRCCauseCounter is how many RRC establishments for MO exception data the MME counted since RRCCounterTimestamp.
	RRCCauseCounter     *uint32   `json:"rRCCauseCounter,omitempty"`
	RRCCounterTimestamp time.Time `json:"rRCCounterTimestamp,omitzero"`
}

func recordOf(b *nidd.Bearer, node string, begin time.Time) *Record {
	r := &Record{
		RecordType: "cPDTSCERecord",
		ServedIMSI: string(b.IMSI), ServedMSISDN: string(b.MSISDN), ExternalIdentifier: string(b.ExternalID), ServedIMEI: b.IMEI,
		SCEFID: b.SCEF.Host, NodeID: node, ChargingID: b.ChargingID, BearerID: b.EBI, AccessPointName: string(b.APN),
		ChargingCharacteristics: b.Characteristics, RATType: int32(b.RATType),
		ServingNodeIdentity: b.Node.Host, ServingNodeRealm: b.Node.Realm, ServingNodePLMNIdentifier: b.PLMN.MCC + b.PLMN.MNC,
		ConnectionOpeningTime: b.Opened.UTC(), RecordOpeningTime: begin.UTC(), NIDDSubmissions: []Submission{},
	}
	if b.UplinkRate != nil || b.DownlinkRate != nil {
		r.ServingPLMNRateControl = &PLMNRate{b.UplinkRate, b.DownlinkRate}
	}
	if a := b.APNRate; a != nil {
		r.APNRateControl = &UERate{a.Unit.String(), a.MaxUplink, a.ExceptionReports}
	}
	return r
}

func (r *Record) add(p *nidd.PDUCharge) {
	s := Submission{
		SubmissionTimestamp: p.Submitted.UTC(), EventTimestamp: p.Done.UTC(), SCSAS: string(p.SCSAS),
		ResultCode: p.Result.Code, ResultVendor: uint32(p.Result.Vendor),
		RRCCauseCounter: p.Exceptions, RRCCounterTimestamp: p.ExceptionsSince.UTC(),
	}
	if p.Exceptions == nil {
		s.RRCCounterTimestamp = time.Time{}
	}
	took := p.Result.IsSuccess()
	if p.Uplink {
		s.UplinkVolume = p.Octets
	} else {
		s.DownlinkVolume = p.Octets
	}
	if took {
		r.UplinkVolume += int64(s.UplinkVolume)
		r.DownlinkVolume += int64(s.DownlinkVolume)
	}
	r.NIDDSubmissions = append(r.NIDDSubmissions, s)
}

// line returns the record as one line of a file.
func (r *Record) line() ([]byte, error) {
	b, err := json.Marshal(r)
	return append(b, '\n'), err
}
