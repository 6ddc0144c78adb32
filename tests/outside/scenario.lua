redirector { start = false }

process("caller", function()
  local status, device = NtCreateFile { path = [[\Device\Outside]], access = "read|write" }
  expect(status, "STATUS_SUCCESS")
  -- CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
  local status, output = NtDeviceIoControlFile { handle = device, code = 0x222004, input = "\1\2\39", output_length = 1 }
  expect(status, "STATUS_SUCCESS")
  expect(output:byte(), 42)
  expect(NtDeviceIoControlFile { handle = device, code = 0x222008 }, "STATUS_INVALID_DEVICE_REQUEST")
  expect(NtClose(device), "STATUS_SUCCESS")
  expect(unload_driver("outside"), "STATUS_SUCCESS")
  expect(NtCreateFile { path = [[\Device\Outside]] }, "STATUS_OBJECT_NAME_NOT_FOUND")
end)
