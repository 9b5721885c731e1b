package delivery_test

import (
	"os"
	"testing"

	"carebell/internal/teststores"
)

func TestMain(m *testing.M) { os.Exit(teststores.Main(m)) }
