-- Makes 1000 empty files, looks at each, deletes each: one after the other, as smbclient's put, ls and del do.
server { name = "lab", users = { alice = "pw" }, shares = { private = {} } }
redirector { signing = "when_required" }
user { name = "alice", password = "pw" }

process("files", { user = "alice" }, function()
  local function path(i) return [[\\lab\private\work\file]] .. i end
  for i = 1, 1000 do
    local status, file = NtCreateFile { path = path(i), access = "write", disposition = "overwrite_if" }
    expect(status, "STATUS_SUCCESS")
    expect(NtClose(file), "STATUS_SUCCESS")
  end
  for i = 1, 1000 do
    local status, file = NtCreateFile { path = path(i), access = "FILE_READ_ATTRIBUTES" }
    expect(status, "STATUS_SUCCESS")
    local status, facts = NtQueryInformationFile { handle = file, class = "FileStandardInformation" }
    expect(status, "STATUS_SUCCESS")
    expect(facts.EndOfFile, 0)
    expect(NtClose(file), "STATUS_SUCCESS")
  end
  for i = 1, 1000 do
    local status, file = NtCreateFile { path = path(i), access = "delete", options = "delete_on_close" }
    expect(status, "STATUS_SUCCESS")
    expect(NtClose(file), "STATUS_SUCCESS")
  end
end)
