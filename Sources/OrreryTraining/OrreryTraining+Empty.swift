// OrreryTraining
