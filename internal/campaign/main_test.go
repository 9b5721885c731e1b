package campaign

import (
	"os"
	"testing"

	"carebell/internal/teststores"
)

func TestMain(m *testing.M) {
	if IsChild() {
		os.Exit(Child("../../config.yaml"))
	}
	os.Exit(teststores.Main(m))
}
