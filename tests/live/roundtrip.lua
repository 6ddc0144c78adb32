-- 64 MiB written and read back with equal hashes, around the cache; then the file's facts.
local megabytes = 64
server { name = "lab", users = { alice = "pw" }, shares = { private = {} } }
user { name = "alice", password = "pw" }

local path = [[\\lab\private\random.bin]]
local chunk = 1048576

process("copy", { user = "alice" }, function()
  local status, file = NtCreateFile {
    path = path, access = "read|write|delete", share = "none", disposition = "overwrite_if",
    options = "no_intermediate_buffering",
  }
  expect(status, "STATUS_SUCCESS")
  local bytes, sent = buffer(chunk), sha256()
  for i = 0, megabytes - 1 do
    bytes:random(11, i * chunk)
    sent:update(bytes)
    local status, count = NtWriteFile { handle = file, buffer = bytes, offset = i * chunk }
    expect(status, "STATUS_SUCCESS")
    expect(count, chunk)
  end
  expect(NtFlushBuffersFile(file), "STATUS_SUCCESS")
  expect(NtClose(file), "STATUS_SUCCESS")

  status, file = NtCreateFile { path = path, access = "read|delete", options = "no_intermediate_buffering" }
  expect(status, "STATUS_SUCCESS")
  local status, standard = NtQueryInformationFile { handle = file, class = "FileStandardInformation" }
  expect(status, "STATUS_SUCCESS")
  expect(standard.EndOfFile, megabytes * chunk)
  local received = sha256()
  for i = 0, megabytes - 1 do
    local status, count = NtReadFile { handle = file, buffer = bytes, offset = i * chunk }
    expect(status, "STATUS_SUCCESS")
    expect(count, chunk)
    received:update(bytes, count)
  end
  expect(received:hex(), sent:hex())
  expect(NtReadFile { handle = file, buffer = bytes, offset = megabytes * chunk }, "STATUS_END_OF_FILE")
  log("sha256", received:hex())
  expect(NtClose(file), "STATUS_SUCCESS")
end)
