package app_test

import (
	"os"
	"testing"

	"carebell/internal/campaign"
	"carebell/internal/teststores"
)

func TestMain(m *testing.M) {
	if campaign.IsChild() {
		os.Exit(campaign.Child("../config.yaml"))
	}
	os.Exit(teststores.Main(m))
}
