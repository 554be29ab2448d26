package t8

// Names that went.
type (
	Snssai               = SNSSAI
	Tai                  = TAI
	Ecgi                 = ECGI
	Ncgi                 = NCGI
	RatType              = RATType
	PLMNIDNid            = PLMNIDWithNID
	GlobalRanNodeID      = GlobalRANNodeID
	DddTrafficDescriptor = DDDTrafficDescriptor
	DlDataDeliveryStatus = DLDataDeliveryStatus
	DnaiChangeType       = DNAIChangeType
	EasIPReplacementInfo = EASIPReplacementInfo
	LdrType              = LDRType
	RangingSlResult      = RangingSLResult
	PDUSetQoSParaRm      = PDUSetQoSPara
)
