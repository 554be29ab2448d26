package t8

func init() {
	apis = append(apis, GMDViaMBMSByMB2API(nil))
	stands("TS29122_GMDviaMBMSbyMB2", map[string]any{
		"GMDByMb2Notification": GMDMB2Notification{},
		"GMDViaMBMSByMb2":      GMDMB2Delivery{},
		"GMDViaMBMSByMb2Patch": GMDMB2DeliveryPatch{},
		"MbmsLocArea":          MBMSLocationArea{},
		"TMGIAllocation":       TMGIAllocation{},
		"TMGIAllocationPatch":  TMGIAllocationPatch{},
	})
}
